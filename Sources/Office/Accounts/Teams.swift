// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// The teams, who is in them, and how much they have to do.
package struct ListTeams: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/teams")
    package static let summary = "The teams with their members"
    package static let access = Permission.membersRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[TeamView]> {
        .show(try TeamView.all(call.desk(tx)))
    }

    package static func page(
        _ output: [TeamView], _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let everybody = try call.desk(tx).members.list()
        let path = "/\(call.caller.enterprise.slug)/teams"
        let teams = output.map { team -> Model in
            let inside = Set(team.members.map(\.id))
            let others = everybody.filter { !inside.contains($0.id) }
            return [
                "id": .text("\(team.id)"), "href": .text("\(path)/\(team.id)"), "name": .text(team.name),
                "openCases": .number(team.openCases), "hasOthers": .flag(!others.isEmpty),
                "members": .list(
                    team.members.map {
                        ["name": .text($0.name), "remove": .text("\(path)/\(team.id)/members/\($0.id)/removal")]
                    }),
                "others": .list(others.map { ["value": .text("\($0.id)"), "label": .text($0.name)] }),
            ]
        }
        return Page("teams", title: "Teams", ["teams": .list(teams)])
    }
}

package struct TeamView: Codable, Sendable {
    package struct Person: Codable, Sendable {
        package let id: ID<Member>
        package let name: String
    }

    package let id: ID<Team>
    package let name: String
    package let members: [Person]
    package let openCases: Int

    static func all(_ desk: Desk) throws -> [TeamView] {
        let people = Dictionary(try desk.members.list().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let memberships = Dictionary(grouping: try desk.teams.memberships(), by: \.team)
        let openCases = try desk.teams.openCases()
        return try desk.teams.list().map { team in
            let members = (memberships[team.id] ?? []).compactMap { people[$0.member] }.sorted { $0.name < $1.name }
            return TeamView(
                id: team.id, name: team.name, members: members.map { Person(id: $0.id, name: $0.name) },
                openCases: openCases[team.id] ?? 0)
        }
    }
}

/// Makes a team.
package struct AddTeam: Action {
    package struct Input: FormInput {
        package let name: String

        package init(_ form: inout Form) { name = form.text("name", label: "Name of a new team", max: 100) }
    }

    package static let route = Route.post("/{enterprise}/teams")
    package static let summary = "Make a team"
    package static let gives = Gives.creation
    package static let access = Permission.membersManage
    package static let retryForm: (any Action.Type)? = ListTeams.self
    package static let formName = "team"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[TeamView]> {
        let desk = call.desk(tx)
        let team = Team(name: call.input.name)
        try desk.teams.add(team)
        try desk.record(TeamAdded(name: team.name), on: team.id.uuid)
        return .created(try TeamView.all(desk), at: "/\(desk.enterprise.slug)/teams", notice: "Saved.")
    }
}

/// Puts a member on a team.
package struct JoinTeam: Action {
    package struct Input: FormInput {
        package let team: ID<Team>
        package let member: ID<Member>

        package init(_ form: inout Form) {
            team = form.path("team")
            member = form.id("member", label: "Member")
        }
    }

    package static let route = Route.post("/{enterprise}/teams/{team}/members")
    package static let summary = "Put a member on a team"
    package static let access = Permission.membersManage
    package static let retryForm: (any Action.Type)? = ListTeams.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[TeamView]> {
        let desk = call.desk(tx)
        guard let team = try desk.teams.find(call.input.team) else { throw Refusal.notFound }
        guard let member = try desk.members.find(call.input.member) else { throw MemberRefusal.unknownMember }
        if try desk.teams.add(member.id, to: team.id) {
            try desk.record(TeamJoined(team: team.name, member: member.name), on: team.id.uuid, object: member.id.uuid)
        }
        return .done(try TeamView.all(desk), goTo: "/\(desk.enterprise.slug)/teams", notice: "Saved.")
    }
}

/// Takes a member off a team.
package struct LeaveTeam: Action {
    package struct Input: FormInput {
        package let team: ID<Team>
        package let member: ID<Member>

        package init(_ form: inout Form) {
            team = form.path("team")
            member = form.path("member")
        }
    }

    package static let route = Route.post("/{enterprise}/teams/{team}/members/{member}/removal")
    package static let summary = "Take a member off a team"
    package static let access = Permission.membersManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[TeamView]> {
        let desk = call.desk(tx)
        try desk.teams.remove(call.input.member, from: call.input.team)
        let (team, member) = (try desk.teams.find(call.input.team), try desk.members.find(call.input.member))
        try desk.record(
            TeamLeft(team: team?.name ?? "–", member: member?.name ?? "–"), on: call.input.team.uuid,
            object: call.input.member.uuid)
        return .done(try TeamView.all(desk), goTo: "/\(desk.enterprise.slug)/teams", notice: "Saved.")
    }
}
