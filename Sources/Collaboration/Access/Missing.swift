// SPDX-License-Identifier: Apache-2.0

/// Something that is not there, or not for this viewer: the two look the same.
package enum Missing: Error, Sendable { case `case`, customer, handover, link, message, attachment, member, team, page }
