/** What is kept of frozen networks' work: how much it is, how much it may be, and its removal. */
import { join } from 'node:path';
import type { FeatureCacheState } from '../../src-shared/domain.ts';
import { catalogue } from '../engine/backbones/catalogue.ts';
import type { FeatureKey } from '../engine/features/cache.ts';
import { clearCaches, listCaches, tidyCaches } from '../engine/features/cache-folder.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { readPreferences } from './preferences.ts';
import { addedNetworks, weightsHere } from './weight-folder.ts';

type Calls = Pick<Handlers, 'features.state' | 'features.clear' | 'features.limit'>;

export const featureFolder = ({ path }: Pick<OpenProject, 'path'>) => join(path, 'features');

export function featureCalls(
  context: Context,
  preferences: Pick<Handlers, 'preferences.set'>,
): Calls {
  return {
    'features.state': () => stateOf(context.project()),
    'features.clear': async () => {
      const project = context.project();
      await clearCaches(featureFolder(project));
      return stateOf(project);
    },
    'features.limit': async ({ bytes }) => {
      const project = context.project();
      await preferences['preferences.set']({ featureLimit: bytes });
      await tidyFeatures(project);
      return stateOf(project);
    },
  };
}

/** Removes what is of no use any more, and what is beyond the limit. */
export async function tidyFeatures(project: OpenProject): Promise<void> {
  const titles = await titlesByWeights();
  const { featureLimit } = await readPreferences();
  await tidyCaches(featureFolder(project), {
    limit: featureLimit,
    knows: ({ weights }) => titles.has(String(weights)),
    pictures: project.store.images.hashes(),
  });
}

async function stateOf(project: OpenProject): Promise<FeatureCacheState> {
  const titles = await titlesByWeights();
  const { featureLimit } = await readPreferences();
  const files = await listCaches(featureFolder(project));
  const groups = Map.groupBy(files, ({ key }) => nameOf(key, titles));
  const entries = [...groups].map(([name, group]) => {
    const [network, cut] = JSON.parse(name) as [string | null, string | null];
    return {
      network,
      cut,
      views: group.length,
      pictures: Math.max(...group.map(({ records }) => records?.count ?? 0)),
      bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
      inUse: group.some(({ inUse }) => inUse),
    };
  });
  return {
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    limitBytes: featureLimit,
    entries: entries.toSorted((a, b) => b.bytes - a.bytes),
  };
}

/** Network and cut; nothing for what will be removed with the next run. */
function nameOf(key: FeatureKey | null, titles: ReadonlyMap<string, string>): string {
  const title = titles.get(String(key?.weights));
  return JSON.stringify(title === undefined ? [null, null] : [title, key?.cut ?? null]);
}

/** The networks whose weights are here, the user's own too; of two that share them the first. */
async function titlesByWeights(): Promise<ReadonlyMap<string, string>> {
  const names = [...catalogue.map(({ name }) => name), ...(await addedNetworks())];
  const here = await Promise.all(
    names.map(async (name) => {
      const found = await weightsHere(name).catch(() => null);
      return found ? [[found.sha256, found.architecture.title] as const] : [];
    }),
  );
  return new Map(here.flat().reverse());
}
