/** A network whose weights are here, for pictures smaller than its own. */
import type { Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import { loadBackbone } from '../../../src-main/engine/backbones/weight-file.ts';
import type { BackboneFile } from '../../../src-main/engine/protocol.ts';
import { backboneFile } from '../../../src-main/studio/weight-folder.ts';

/** @param size of the square that it takes, in pixels; strides divide it as they divide 224 */
export async function smallBackbone(
  name: string,
  size: number,
): Promise<{ readonly file: BackboneFile; readonly backbone: Backbone }> {
  const file = await backboneFile(name);
  const { graph, preprocessing, ...rest } = await loadBackbone(file);
  const inputs = graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, size, size] }));
  return {
    file,
    backbone: { ...rest, graph: { ...graph, inputs }, preprocessing: { ...preprocessing, size } },
  };
}
