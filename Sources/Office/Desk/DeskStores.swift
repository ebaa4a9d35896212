// SPDX-License-Identifier: Apache-2.0

extension Desk {
    package var members: MemberStore { MemberStore(scope, tx) }
    package var teams: TeamStore { TeamStore(scope, tx) }
}
