/** ResNet18 from layer4 on, with a new head, as fixtures/training.py has it. */
import type { Trainable } from '../../src-main/engine/autodiff/step.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from './random.ts';

const features = 512;

function drawn(name: string, dims: readonly number[]): Tensor {
  if (dims.length > 1) {
    const bound = Math.sqrt(6 / size(dims.slice(1)));
    return float32(dims, uniform(name, size(dims), -bound, bound));
  }
  const positive = /\.running_var$|(bn1|bn2|1)\.weight$/.test(name);
  return float32(dims, uniform(name, size(dims), ...(positive ? [0.5, 1.5] : [-0.1, 0.1])));
}

/** Takes `N x 256 x 14 x 14` and gives logits. */
export function resnetTail(classes: number): Graph {
  const weights = new Map(
    Array.from(resnet18.parameters, ([name, dims]) => [
      name,
      // What is cut off below needs no numbers.
      name.startsWith('layer4.') ? drawn(name, dims) : float32(dims, new Float32Array(size(dims))),
    ]),
  );
  const backbone = resnet18.build(weights);
  const { output } = backbone.blocks.find((block) => block.name === 'layer3.1')!;
  const { tail } = cut(backbone.graph, output);
  return appendHead(tail, drawn(head.weight, [classes, features]), drawn(head.bias, [classes]));
}

/** All parameters; decay for matrices only. */
export function resnetTailTrainable(graph: Graph): Trainable[] {
  return Array.from(graph.initializers, ([name, { dims }]): Trainable => {
    return { name, group: name.startsWith('head.') ? 'head' : 'backbone', decay: dims.length > 1 };
  }).filter(({ name }) => /\.(weight|bias)$/.test(name));
}
