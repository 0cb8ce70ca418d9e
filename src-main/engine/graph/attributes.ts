/** Reading a node's attributes, with the default that ONNX gives each. */
import type { Node } from './graph.ts';

/** An int or float attribute as a number. */
export function numberOf(node: Node, name: string, otherwise: number): number {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  if (typeof value === 'number') return value;
  if (typeof value === 'object' && 'float' in value && typeof value.float === 'number') {
    return value.float;
  }
  throw new Error(`the attribute "${name}" of ${node.op} "${node.name}" is no number`);
}

/** A list of ints. */
export function numbersOf<T extends readonly number[] | null>(
  node: Node,
  name: string,
  otherwise: T,
): readonly number[] | T {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
  throw new Error(`the attribute "${name}" of ${node.op} "${node.name}" is no list of numbers`);
}

export function textOf(node: Node, name: string, otherwise: string): string {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  if (typeof value === 'string') return value;
  throw new Error(`the attribute "${name}" of ${node.op} "${node.name}" is no text`);
}
