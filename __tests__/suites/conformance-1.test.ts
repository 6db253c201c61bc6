import { together } from '../support/together';

together('conformance', 1, 3);
