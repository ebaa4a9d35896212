// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Who works here.
package struct ListMembers: Action {
    package struct Input: FormInput {
        package let after: ID<Member>?

        package init(_ form: inout Form) { after = form.optionalID("after") }
    }

    package static let route = Route.get("/{enterprise}/members")
    package static let summary = "The members, by name"
    package static let access = Permission.membersRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[MemberView]> {
        let members = call.desk(tx).members
        let last = try call.input.after.flatMap(members.find)
        return .show(try members.page(after: last, limit: MembersPage.size).map { MemberView($0) })
    }

    package static func page(
        _ output: [MemberView], _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        try MembersPage(call.caller, call.desk(tx)).page(after: call.input.after)
    }
}

/// The model of the members' page, which also shows a new password once.
struct MembersPage {
    static let size = 50
    private let caller: StaffCaller
    private let desk: Desk

    init(_ caller: StaffCaller, _ desk: Desk) {
        self.caller = caller
        self.desk = desk
    }

    private var path: String { "/\(caller.enterprise.slug)/members" }

    func page(after: ID<Member>? = nil, newPassword: NewPassword? = nil) throws -> Page {
        let members = try desk.members.page(after: try after.flatMap(desk.members.find), limit: Self.size)
        let seen = try SessionStore(desk.scope, desk.tx).lastSeen()
        let teams = try teamNames
        let moments = Moments(caller.locale, now: desk.now)
        let older = members.count == Self.size ? members.last.map { "\(path)?after=\($0.id)" } : nil
        return Page(
            "members", title: "Members",
            [
                "members": .list(
                    members.map { member in
                        [
                            "id": .text("\(member.id)"), "href": .text("\(path)/\(member.id)"),
                            "name": .text(member.name),
                            "email": .text(member.email), "role": member.role.model, "left": .flag(member.hasLeft),
                            "teams": .text(teams[member.id]?.joined(separator: ", ")),
                            "lastSeen": .text(seen[member.id].map(moments.clock)),
                            "canChange": .flag(caller.may(.membersManage) && member.id != caller.member.id),
                        ]
                    }),
                "newMember": ["role": Member.Role.service.model],
                "newPassword": newPassword.map { ["name": .text($0.name), "value": .text($0.password)] } ?? .none,
                "pager": ["newer": after == nil ? .none : .text(path), "older": .text(older)],
            ])
    }

    private var teamNames: [ID<Member>: [String]] {
        get throws {
            let names = Dictionary(
                try desk.teams.list().map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
            return try desk.teams.memberships().reduce(into: [:]) { teams, pair in
                if let name = names[pair.team] { teams[pair.member, default: []].append(name) }
            }
        }
    }
}

/// A password that was made for a member; it is shown once and kept nowhere.
package struct NewPassword: Codable, Sendable {
    package let member: ID<Member>
    package let name: String
    package let password: String

    package init(for member: Member) {
        self.member = member.id
        name = member.name
        password = Self.generate()
    }

    /// Four groups of four letters and digits that nobody confuses: 80 bits.
    package static func generate() -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let letters = RandomToken.bytes().prefix(16).map { alphabet[Int($0) % 32] }
        return stride(from: 0, to: 16, by: 4).map { String(letters[$0..<($0 + 4)]) }.joined(separator: "-")
    }
}
