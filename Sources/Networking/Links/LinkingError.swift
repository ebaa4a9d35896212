// SPDX-License-Identifier: Apache-2.0

package enum LinkingError: Error, Sendable, Equatable {
    case notAnInvitation
    case expired
    /// The inviting system cannot be reached, or does not answer as it should.
    case unreachable(String)
    /// What it says of itself has a mistake, though nobody pretends to be it.
    case unreadable(String)
    /// What answers there is not the company that invited.
    case otherIdentity
    /// The inviting system refuses: the invitation was used, withdrawn, or has run out.
    case refused(String)
    case alreadyLinked(String)
    case wrongCode
    /// The link is not in a state in which this can be done.
    case wrongState(Link.State)
    case nothingProposed
    /// One side has proposed a contract that the other has not answered.
    case alreadyProposed
    /// What is proposed is the contract that there is.
    case nothingChanges
    /// There is no such dead letter, or it was sent again already.
    case noSuchLetter
    /// What the dead letter asked or proposed is over here.
    case overtaken
}
