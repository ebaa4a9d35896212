// SPDX-License-Identifier: Apache-2.0

/// How an SQLite file is divided, from its first hundred bytes (https://sqlite.org/fileformat.html §1.3).
struct SQLiteLayout {
    let pageSize: Int
    private let usable: Int

    /// `nil` for a file with pages that look like others: pointer maps (auto-vacuum), or numbers of pages so high that the
    /// first byte of an overflow page could be that of a tree's (128 GiB at 4 KiB).
    init?(header: UnsafeRawBufferPointer, fileSize: Int) {
        guard header.count >= 100 else { return nil }
        let size = header.big16(16)
        pageSize = size == 1 ? 65_536 : size
        guard pageSize >= 512, pageSize.nonzeroBitCount == 1 else { return nil }
        usable = pageSize - Int(header[20])
        let hasPointerMap = header[52..<56].contains { $0 != 0 }
        guard !hasPointerMap, fileSize / pageSize < 0x0200_0000 else { return nil }
    }

    /// Where a page of a tree has nothing: between the pointers to its cells and the cells, and where cells were. SQLite
    /// leaves copies of cells there that it has moved to other pages, also with `secure_delete`. Empty for other pages.
    func holes(in page: UnsafeRawBufferPointer, isFirst: Bool) -> [Range<Int>] {
        let header = isFirst ? 100 : 0
        guard page.count >= usable, let size = Self.headerSizes[page[header]] else { return [] }
        let pointersEnd = header + size + 2 * page.big16(header + 3)
        let cells = page.big16(header + 5) == 0 ? 65_536 : page.big16(header + 5)
        guard pointersEnd <= cells, cells <= usable else { return [] }
        var holes = [pointersEnd..<cells]
        var block = page.big16(header + 1)
        // Free blocks ascend, or the page is damaged.
        while block >= cells, block + 4 <= usable {
            let (next, length) = (page.big16(block), page.big16(block + 2))
            guard length >= 4, block + length <= usable, next == 0 || next > block else { return [] }
            holes.append(block + 4..<block + length)
            block = next
        }
        return holes
    }

    /// By the kind of page: inside or leaf, of an index or of a table.
    private static let headerSizes: [UInt8: Int] = [2: 12, 5: 12, 10: 8, 13: 8]
}

extension UnsafeRawBufferPointer {
    fileprivate func big16(_ offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }
}
