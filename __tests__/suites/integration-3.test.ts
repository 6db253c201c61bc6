import { together } from '../support/together';

together('integration', 3, 4);
