import { together } from '../support/together';

together('conformance', 2, 3);
