// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files that nobody but their owner may read, whatever the umask: databases, backups, keys.
package enum PrivateFile {
    /// Makes an empty file with mode 0600 where there is none, and its folder with 0700. More folders than one are not made:
    /// they would be a mistyped path. Whoever opens the file next says what is wrong, if it cannot be made.
    package static func makeIfMissing(_ path: String) {
        mkdir(URL(filePath: path).deletingLastPathComponent().path, 0o700)
        let handle = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if handle >= 0 { close(handle) }
    }

    /// What others than the owner may do with a file or folder, as its mode in octal; `nil` if nothing, or if it is not
    /// there.
    package static func modeOpenToOthers(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
        return "0" + String(status.st_mode & 0o777, radix: 8)
    }
}
