// The interview is submitted, or the consent to recording is gone: this browser keeps nothing of it.
import { StoredTake } from "../recording/store.js";

StoredTake.forget(document.querySelector("[data-forget]").dataset.forget);
