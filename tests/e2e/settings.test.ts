import { afterEach, describe, expect, it, vi } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { endlessPip, onlyPrograms, pipOf } from '../helpers/programs.ts';

afterEach(() => vi.unstubAllEnvs());

// What it is installed with is played by scripts, and is offered on the usual systems only.
describe.skipIf(process.platform !== 'linux')('the settings', () => {
  it('install TensorFlow with progress, log and stop, and say why it cannot be had', async () => {
    vi.stubEnv('GRAFT_TENSORFLOW', '');
    const tools = { 'g++': '', make: '' };
    vi.stubEnv('PATH', await onlyPrograms({ python3: endlessPip, ...tools }));
    const { door } = await openProject();
    const page = await openPage(door.url);
    const look = async (name: string) => {
      if (process.env.GRAFT_LOOK)
        await page.screenshot({ path: `${process.env.GRAFT_LOOK}-${name}.png` });
    };

    await page.getByRole('button', { name: /^Project / }).click();
    await page.getByText('Settings', { exact: true }).click();
    const settings = page.getByRole('dialog', { name: 'Settings' });
    const install = settings.getByRole('button', { name: /^For the processor, \d+ MB$/ });
    await install.waitFor();
    await look('offer');
    await install.press('Enter');
    const bar = settings.getByRole('progressbar', { name: 'Installing TensorFlow' });
    await bar.waitFor();
    await settings.getByText(/^Downloading, 5 MB of/).waitFor();
    await settings.getByText('Log', { exact: true }).click();
    await settings.getByText(/^pip download tensorflow/).waitFor();
    await look('installing');
    await settings.getByRole('button', { name: 'Stop' }).click();
    await bar.waitFor({ state: 'detached' });
    expect(await settings.getByRole('alert').count()).toBe(0);

    vi.stubEnv('PATH', await onlyPrograms({ python3: pipOf('other'), ...tools }));
    await install.click();
    await settings.getByRole('alert').getByText('is not what it should be').waitFor();
    await look('failed');

    // What this machine lacks is said before anything begins.
    vi.stubEnv('PATH', await onlyPrograms({}));
    await install.click();
    await page.getByText(/Python 3 with pip, a C\+\+ compiler and make/).waitFor();
    await page.keyboard.press('Escape');
    await settings.waitFor({ state: 'detached' });

    await page.keyboard.press('Control+k');
    await page.keyboard.type('Settings');
    await page.keyboard.press('Enter');
    await settings.waitFor();
  });
});
