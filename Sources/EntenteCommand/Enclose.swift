// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Web

/// Makes the one file that is installed: the program, with its pages inside.
struct Enclose: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write this program to a new place, with the pages of a source tree inside.", shouldDisplay: false)

    @Argument(help: "The folder Sources of the source tree.")
    var sources: String

    @Argument(help: "Where to write the program.")
    var place: String

    func run() throws {
        try ProgramFiles(sources: URL(filePath: sources)).enclose(in: try ProgramFiles.program, to: URL(filePath: place))
    }
}

extension ProgramFiles {
    fileprivate static var program: URL {
        get throws {
            guard let program = Bundle.main.executableURL else { throw ProgramFilesError.none }
            return program
        }
    }

    /// Those inside this program; a build for debugging has those of its source tree.
    static func ofProgram() throws -> ProgramFiles {
        do {
            if let files = try ProgramFiles(program: program) { return files }
            #if DEBUG
            return try ofSourceTree.get()
            #else
            throw ProgramFilesError.none
            #endif
        } catch let error as ProgramFilesError {
            throw BadConfiguration(description: error.description)
        }
    }
}
