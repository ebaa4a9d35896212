// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Gives a member another role.
package struct ChangeRole: Action {
    package struct Input: FormInput {
        package let member: ID<Member>
        package let role: Member.Role

        package init(_ form: inout Form) {
            member = form.path("member")
            role = form.choice("role", label: "Role")
        }
    }

    package static let route = Route.post("/{enterprise}/members/{member}")
    package static let summary = "Change a member's role"
    package static let access = Permission.membersManage
    package static let retryForm: (any Action.Type)? = ListMembers.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<MemberView> {
        let desk = call.desk(tx)
        guard var member = try desk.members.find(call.input.member) else { throw Refusal.notFound }
        let event = RoleChanged(name: member.name, from: member.role, to: call.input.role)
        member.role = call.input.role
        try desk.members.save(member)
        if event.from != event.to { try desk.record(event, on: member.id.uuid) }
        return .done(MemberView(member), goTo: "/\(call.caller.enterprise.slug)/members", notice: "Saved.")
    }
}

/// Closes the account of who has left: they are signed out, and their API tokens end.
package struct CloseAccount: Action {
    package typealias Input = MemberInput

    package static let route = Route.post("/{enterprise}/members/{member}/leave")
    package static let summary = "Close a member's account"
    package static let access = Permission.membersManage
    package static let retryForm: (any Action.Type)? = ListMembers.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<MemberView> {
        var member = try call.member(tx)
        let wasHere = !member.hasLeft
        member.disabledAt = member.disabledAt ?? call.now
        try call.desk(tx).members.save(member)
        if wasHere { try call.desk(tx).record(AccountClosed(name: member.name), on: member.id.uuid) }
        try SessionStore(call.caller.enterprise.id, tx).endAll(of: member.id)
        try KnownDevices(call.caller.enterprise, tx).forget(member.id)
        return .done(
            MemberView(member), goTo: "/\(call.caller.enterprise.slug)/members",
            notice: "\(member.name) can no longer sign in, and the API tokens they made have ended.")
    }
}

/// Opens an account again.
package struct ReopenAccount: Action {
    package typealias Input = MemberInput

    package static let route = Route.post("/{enterprise}/members/{member}/return")
    package static let summary = "Open a member's account again"
    package static let access = Permission.membersManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<MemberView> {
        var member = try call.member(tx)
        let wasGone = member.hasLeft
        member.disabledAt = nil
        try call.desk(tx).members.save(member)
        if wasGone { try call.desk(tx).record(AccountReopened(name: member.name), on: member.id.uuid) }
        return .done(
            MemberView(member), goTo: "/\(call.caller.enterprise.slug)/members",
            notice: "\(member.name) can sign in again.")
    }
}
