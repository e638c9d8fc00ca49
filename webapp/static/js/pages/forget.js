// The interview is submitted, or the consent to recording is gone: this browser keeps nothing of it.
import { find } from "../dom.js";
import { StoredTake } from "../recording/store.js";

StoredTake.forget(find(document, "[data-forget]").dataset.forget);
