import type { Node } from '../graph/graph.ts';
import { usesOf } from '../graph/uses.ts';

/**
 * Takes the largest first and cuts off at 0 then: max(relu(x)) = relu(max(x)). The gradients are the same too, for where
 * the largest is below 0 none passes either way; but ReLU and what it lets pass is a matter of fewer pixels.
 */
export function poolFirst(nodes: readonly Node[]): Node[] {
  const uses = usesOf({ nodes, outputs: [] });
  const relus = new Map(
    nodes.filter(({ op }) => op === 'Relu').map((node) => [node.outputs[0]!, node]),
  );
  const before = (node: Node) => {
    const relu = node.op === 'MaxPool' ? relus.get(node.inputs[0]!) : undefined;
    return relu && uses.get(relu.outputs[0]!) === 1 && node.outputs.length === 1 ? relu : undefined;
  };
  const later = new Set(nodes.map(before));
  return nodes.flatMap((node) => {
    if (later.has(node)) return [];
    const relu = before(node);
    if (!relu) return [node];
    const largest = `${node.outputs[0]}:largest`;
    return [
      { ...node, inputs: relu.inputs, outputs: [largest] },
      { ...relu, inputs: [largest], outputs: node.outputs },
    ];
  });
}
