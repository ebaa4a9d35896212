// SPDX-License-Identifier: Apache-2.0
import Formats

// The wire's values, under the names that this module's files and readers use.
package typealias JSONValue = Formats.JSONValue
package typealias JSONObject = Formats.JSONObject
package typealias JSONError = Formats.JSONError
package typealias Base64URL = Formats.Base64URL
