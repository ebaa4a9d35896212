// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// What others see of the enterprise, and what it uses.
package enum HouseSettings: Feature {
    package static let actions: [any Operation.Type] = [ShowSettings.self, ChangeSettings.self, SwitchFeatures.self]
    package static let menu = [Place(.house, 4, "Settings", "settings", for: .settingsManage)]
}
