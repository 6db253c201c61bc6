import mongoose from 'mongoose';

/**
 * Calls back each time the database has another primary than before, or the same one again after it was gone: what was written without
 * waiting for a majority may then be undone. To be called once connected; it ends with the connection.
 */
export function watchPrimary(onChange: () => void): void {
  let known: string | undefined;
  mongoose.connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => {
    const servers = [...newDescription.servers.values()];
    const primary = servers.find(({ type }) => type === 'RSPrimary');
    if (!primary) return;
    // Each election has an id of its own.
    const election = `${primary.address} ${primary.electionId}`;
    if (known !== undefined && known !== election) onChange();
    known = election;
  });
}
