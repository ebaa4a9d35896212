// SPDX-License-Identifier: Apache-2.0
// Everything here makes easier what the pages can do without it.
import "./times.js";
import "./dialogs.js";
import "./composer.js";
import "./live.js";
import "./shortcuts.js";
import "./palette.js";
import "./presence.js";
