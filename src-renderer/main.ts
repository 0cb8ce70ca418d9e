import '@fontsource-variable/inter/wght.css';
import './style/tokens.css';
import './style/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { browserBridge } from './bridge/browser-bridge.ts';

mount(App, {
  target: document.getElementById('app')!,
  props: { bridge: window.graft ?? browserBridge() },
});
