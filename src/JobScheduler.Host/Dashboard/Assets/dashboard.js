// The page's behaviour: what is shown is rendered by the server; these few modules keep it fresh and carry actions to the HTTP API.
import { follow } from './live.js';
import { listen as alerts } from './alerts.js';
import { listen as copying } from './copy.js';
import { listen as actions } from './actions.js';
import { listen as navigation } from './navigation.js';
import { listen as history } from './history.js';
import { listen as selection } from './selection.js';
import { showTimes } from './times.js';
import { listen as preferences } from './preferences.js';
import { listen as events } from './events.js';
import { listen as projections } from './projections.js';
import { listen as overview } from './overview.js';
import { listen as editor } from './editor.js';

preferences();
actions();
navigation();
history();
selection();
events();
projections();
overview();
editor();
showTimes(document);
setInterval(() => showTimes(document), 1000);
alerts();
copying();
follow();
