import { together } from '../support/together';

together('integration', 2, 4);
