// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// What each member is told, and how they want to be told.
package enum Notices: Feature {
    package static let scenes = [DemoMention.scene]
    package static let actions: [any Operation.Type] = [
        ShowNotices.self, ReadNotices.self, MuteSubject.self, HearAgain.self, ChooseNotices.self, ForgetChoices.self,
    ]
    package static let streams: [any StreamAction.Type] = [FollowNotices.self]
    package static let liveSources = [NoticeChanges.source]
    package static let clocks = [
        Clockwork("Forgetting notices that were read long ago", first: .seconds(90), every: .seconds(86_400)) { works in
            try await works.database.write { try NoticeStore.forget($0, readBefore: $0.startedAt - 90 * 86_400) }
        }
    ]
    package static let events: [any EventPayload.Type] = [SubjectMuted.self, SubjectHeard.self, NoticesChosen.self]
    package static let subscribers: [any Subscriber.Type] = [NoticeKeeper.self]

    package static func gather(_ features: [any Feature.Type], into kernel: inout Kernel) {
        kernel.unread = { desk, member in desk.notices.unread(of: member) }
    }
}
