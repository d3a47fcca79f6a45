// Prints docs/errors.md from the catalogue: node tools/errors-page.ts > docs/errors.md
import { errorsPage } from '../test/errors-page.ts';

process.stdout.write(errorsPage());
