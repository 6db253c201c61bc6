import { together } from '../support/together';

together('conformance', 3, 3);
