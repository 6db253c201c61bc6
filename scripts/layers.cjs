/**
 * The directions of the house: what each layer of `src` may import. A layer that is missing here fails the check,
 * and so does an import that is not listed. `app*.ts` and `index.ts` wire everything and are imported by nobody.
 */

/** Facts and small tools that know no layer. */
const COMMON = ['config', 'errors', 'types', 'helpers'];

const MAY_IMPORT = {
  config: [],
  types: ['models'],
  errors: [],
  helpers: [],
  models: [],
  events: ['models'],
  nodes: ['models'],
  policies: ['models'],
  journal: ['models', 'events'],
  media: [],
  services: ['policies', 'models', 'journal', 'events', 'media', 'ports'],
  presenters: ['models', 'policies'],
  delivery: ['presenters', 'dialects', 'ports', 'events', 'models'],
  docs: [],
  validation: ['models'],
  middlewares: ['services', 'presenters', 'ports'],
  controllers: ['services', 'presenters', 'middlewares', 'docs'],
  routes: ['controllers', 'validation', 'middlewares'],
  socket: ['services', 'presenters', 'delivery', 'docs', 'events'],
  dialects: ['services', 'presenters', 'controllers', 'validation', 'middlewares', 'delivery', 'events'],
  jobs: ['services', 'models', 'journal', 'events', 'ports'],
  providers: [],
  embedded: [],
  operate: ['models', 'embedded', 'media', 'providers', 'services'],
};

/** What a layer may name as a type only: the shape of what it is handed, never the thing itself. */
const MAY_NAME = {
  presenters: ['services'],
  delivery: ['services'],
  controllers: ['models', 'ports'],
  socket: ['models'],
  dialects: ['models', 'socket'],
};

module.exports = { COMMON, MAY_IMPORT, MAY_NAME };
