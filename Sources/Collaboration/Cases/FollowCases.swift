// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Changes of one case, or of any, for staff.
package struct FollowCases: StreamAction {
    package struct Input: FormInput {
        package let reference: String?

        package init(_ form: inout Form) { reference = form.query("case") }
    }

    package static let route = Route.get("/{enterprise}/live")
    package static let summary = "Server-sent events: a case, or any case, has changed"
    package static let access = Permission.casesRead

    package static func topics(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> [Live.Topic] {
        let desk = call.desk(tx)
        let told = Live.Topic.notices(of: call.caller.member.id, at: desk.scope)
        guard let reference = call.input.reference else { return [.cases(of: desk.scope), told] }
        let number = reference.split(separator: "-").last.flatMap { Int($0) } ?? 0
        guard let item = try desk.cases.find(number: number) else { throw Missing.case }
        return [.case(item.id, of: desk.scope), .cases(of: desk.scope), told]
    }
}
