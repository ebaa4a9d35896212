// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Lets somebody in, with a password that the administrator passes on.
package struct AddMember: AsyncAction {
    package struct Input: FormInput {
        package let name: String
        package let email: String
        package let role: Member.Role

        package init(_ form: inout Form) {
            name = form.text("name", label: "Name", max: 200)
            email = form.email("email", label: "E-mail")
            role = form.choice("role", label: "Role")
        }
    }

    package static let route = Route.post("/{enterprise}/members")
    package static let summary = "Add a member; the answer holds their first password"
    package static let access = Permission.membersManage
    package static let retryForm: (any Action.Type)? = ListMembers.self
    package static let formName = "member"

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<NewPassword> {
        let (input, enterprise) = (call.input, call.caller.enterprise)
        let member = Member(
            email: input.email, name: input.name, role: input.role, language: enterprise.language,
            timeZone: enterprise.timeZone)
        let made = NewPassword(for: member)
        let hash = try await call.services.passwords.hash(made.password)
        try await database.write { tx in
            let desk = call.desk(tx)
            try desk.members.add(member, password: hash, by: desk.hand)
        }
        return .show(made)
    }

    package static func page(
        _ output: NewPassword, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        try MembersPage(call.caller, call.desk(tx)).page(newPassword: output)
    }
}

/// Gives a member a new password, and signs them out everywhere.
package struct ResetPassword: AsyncAction {
    package typealias Input = MemberInput

    package static let route = Route.post("/{enterprise}/members/{member}/password")
    package static let summary = "Give a member a new password, which the answer holds"
    package static let access = Permission.membersManage

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<NewPassword> {
        let member = try await database.read { tx in try call.member(tx) }
        let made = NewPassword(for: member)
        let hash = try await call.services.passwords.hash(made.password)
        try await database.write { tx in
            try call.desk(tx).members.setPassword(hash, of: member.id)
            try call.desk(tx).record(PasswordChanged(name: member.name), on: member.id.uuid)
            try SessionStore(call.caller.enterprise.id, tx).endAll(of: member.id)
            try KnownDevices(call.caller.enterprise, tx).forget(member.id)
        }
        return .show(made)
    }

    package static func page(
        _ output: NewPassword, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        try MembersPage(call.caller, call.desk(tx)).page(newPassword: output)
    }
}

/// The member whom an address names.
package struct MemberInput: FormInput {
    let member: ID<Member>

    package init(_ form: inout Form) { member = form.path("member") }
}

extension Call where As == StaffCaller, Input == MemberInput {
    package func member(_ tx: Transaction) throws -> Member {
        guard let member = try desk(tx).members.find(input.member) else { throw Refusal.notFound }
        return member
    }
}

extension MemberStore {
    /// Adds a member, which the log keeps.
    /// - Parameter password: as ``add(_:password:)``.
    package func add(_ member: Member, password: String?, by hand: Hand) throws {
        try EventLog(scope, tx).record(
            MemberAdded(name: member.name, email: member.email, role: member.role), on: member.id.uuid, by: hand)
        try add(member, password: password)
    }
}
