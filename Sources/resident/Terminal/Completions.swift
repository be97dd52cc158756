import ArgumentParser
import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Runner
import Store

/// What a shell offers for arguments whose values are on this machine.
///
/// A shell asks while the user types: whatever can't be read offers nothing, and says nothing.
enum Completions {
  /// The ids of the library.
  static let models = CompletionKind.custom { words, _, _ in
    library(after: words).ids.map(\.rawValue)
  }

  /// The roles of the registry.
  static let roles = CompletionKind.custom { words, _, _ in
    let file = RegistryFile(RegistryOption.url(override: value(of: "--registry", in: words)))
    return ((try? file.read())?.roles ?? []).map(\.rawValue)
  }

  /// Envelopes of the working folder.
  static let envelopes = CompletionKind.custom { _, _, prefix in
    let folder = prefix.contains("/") ? (prefix as NSString).deletingLastPathComponent : "envelopes"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
  }

  /// The numbers of comparisons, newest first.
  static let comparisons = CompletionKind.custom { words, _, _ in
    var option = DatabaseOption()
    option.db = value(of: "--db", in: words)
    guard let store = try? MeasurementStore(at: option.url, mode: .readOnly, patience: 0.2),
      let headings = try? store.headings()
    else { return [] }
    return headings.filter { $0.session.resident != nil }.map { "\($0.number)" }
  }

  private static func library(after words: [String]) -> ModelLibrary {
    var option = LibraryOption()
    option.models = value(of: "--models", in: words)
    return option.library
  }

  /// The value of an option among the words that were typed.
  private static func value(of option: String, in words: [String]) -> String? {
    guard let index = words.firstIndex(of: option), words.indices.contains(index + 1) else { return nil }
    return words[index + 1]
  }
}
