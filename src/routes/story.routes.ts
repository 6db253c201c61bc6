import { type RequestHandler, Router } from 'express';
import type { StoryController } from '../controllers/story.controller';
import { validate } from '../helpers/validation';
import {
  highlightRules,
  highlightsRules,
  listStoriesRules,
  listViewsRules,
  postStoryRules,
  reactToStoryRules,
  storyIdRules,
} from '../validation/story.validation';

/** `/api/stories` (seed 002, contract section 7). */
export function createStoryRouter({
  controller,
  authenticate,
}: {
  controller: StoryController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.use(authenticate);
  router.get('/', validate(listStoriesRules), controller.feed);
  router.post('/', validate(postStoryRules), controller.post);
  router.get('/highlights/:userId', validate(highlightsRules), controller.highlights);
  router.get('/:storyId', validate(storyIdRules), controller.get);
  router.delete('/:storyId', validate(storyIdRules), controller.remove);
  router.post('/:storyId/view', validate(storyIdRules), controller.view);
  router.get('/:storyId/views', validate(listViewsRules), controller.views);
  router.post('/:storyId/react', validate(reactToStoryRules), controller.react);
  router.post('/:storyId/highlight', validate(highlightRules), controller.keep);
  router.delete('/:storyId/highlight', validate(storyIdRules), controller.letGo);
  return router;
}
