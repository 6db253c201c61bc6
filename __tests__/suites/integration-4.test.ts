import { together } from '../support/together';

together('integration', 4, 4);
