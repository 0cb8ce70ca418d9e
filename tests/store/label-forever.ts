// Labels one picture after the other and says each time which one it was, until it is killed.
import { writeSync } from 'node:fs';
import { openStore } from '../../src-main/store/store.ts';

const store = openStore(process.argv[2]!, { create: false });
const ids = store.images.query({}, 'imported');
const labels = store.labels.list();
for (let turn = 0; ; turn++) {
  const image = ids[turn % ids.length]!;
  const label = labels[turn % labels.length]!.id;
  store.labels.assign([image], label);
  writeSync(1, `${image} ${label}\n`);
}
