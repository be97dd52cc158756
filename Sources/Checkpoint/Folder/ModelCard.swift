import Foundation
import Platform
import Yams

/// What a model's card says of it: the `README.md` of its folder, which begins with YAML between two lines of dashes.
///
/// Format: the metadata of model cards, as the Hugging Face hub documents it.
public struct ModelCard: Sendable, Equatable {
  /// As the card names it, such as `apache-2.0`; of several, all with commas between; nil if it names none.
  public let license: String?

  private static let fileName = "README.md"
  private static let sizeLimit = 1 << 20

  /// Reads the card in a model's folder; one that is missing or says nothing that can be read has no licence.
  ///
  /// - Throws: `FileSystemError` if a card is there and can't be read.
  public init(folder: URL) throws(FileSystemError) {
    let path = folder.appendingPathComponent(Self.fileName).path
    guard let status = FileStatus(ofNameAt: path), !status.isFolder else {
      self.init(text: "")
      return
    }
    let file = try OpenFile(path, .reading)
    let isRegular = try file.status().isRegular
    self.init(text: isRegular ? String(decoding: try file.read(upTo: Self.sizeLimit), as: UTF8.self) : "")
  }

  init(text: String) {
    license = Self.license(in: text)
  }

  private static func license(in text: String) -> String? {
    let text = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.trimmingSuffix(while: \.isWhitespace) }
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else { return nil }
    // Aliases can stand for more than fits any memory, and no card needs them.
    let matter = lines[1..<end].joined(separator: "\n")
    guard !matter.contains("*"), let root = try? compose(yaml: matter) else { return nil }
    switch root["license"] {
    case .scalar(let scalar): return scalar.string.isEmpty ? nil : scalar.string
    case .sequence(let sequence):
      let names = sequence.compactMap(\.scalar?.string)
      return names.isEmpty ? nil : names.joined(separator: ", ")
    default: return nil
    }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, isDropped(last) { text.removeLast() }
    return text
  }
}
