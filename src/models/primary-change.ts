import mongoose, { type mongo } from 'mongoose';

/**
 * Calls back each time the database has another primary than before, or the same one again after it was gone: what was written without
 * waiting for a majority may then be undone. To be called once connected; it ends with the connection.
 */
export function watchPrimary(onChange: () => void): void {
  let known: string | undefined;
  mongoose.connection.getClient().on('topologyDescriptionChanged', (change) => {
    known ??= primaryOf(change.previousDescription);
    const primary = primaryOf(change.newDescription);
    if (primary === undefined) return;
    if (known !== undefined && known !== primary) onChange();
    known = primary;
  });
}

/** A name for the primary that a later election does not give again. */
function primaryOf({ servers }: mongo.TopologyDescription): string | undefined {
  const primary = [...servers.values()].find(({ type }) => type === 'RSPrimary');
  return primary && `${primary.address} ${primary.electionId}`;
}
