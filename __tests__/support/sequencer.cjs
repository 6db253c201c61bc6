const { default: Sequencer } = require('@jest/test-sequencer');

/** The suites take longest, and their small files do not show it: they go first. */
module.exports = class SuitesFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isSuite = ({ path }) => path.includes('/suites/');
    return [...sorted.filter(isSuite), ...sorted.filter((test) => !isSuite(test))];
  }
};
