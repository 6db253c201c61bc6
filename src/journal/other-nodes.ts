/** What the journal knows of the nodes that serve the same database. */
export interface OtherNodes {
  /** This node's own id. */
  nodeId: string;
  areThere(): boolean;
}
