import ArgumentParser
import Foundation
import NativeEngine

struct LogitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Write the logits after each token as a NumPy array (float32, tokens × vocabulary).")

  @OptionGroup var options: ModelOptions

  @Option(help: "Token ids, separated by commas.")
  var tokens: String

  @Option(help: ArgumentHelp("The .npy file to write.", valueName: "file"), completion: .file())
  var out: String

  @Flag(help: "Process the tokens one at a time, as decoding does; a prompt is processed many at a time.")
  var oneByOne = false

  func run() throws {
    var ids: [Int32] = []
    for part in tokens.split(separator: ",") {
      guard let id = Int32(part.trimmingCharacters(in: .whitespaces)) else {
        throw ValidationError("--tokens: \"\(part)\" is not a token id.")
      }
      ids.append(id)
    }
    let model = try options.load()
    let file = try NumpyFile(
      creating: URL(fileURLWithPath: out), shape: [ids.count, model.folder.config.vocabularySize])
    if oneByOne {
      for id in ids { try model.session.decode(id).withUnsafeBufferPointer(file.append) }
    } else {
      try model.session.logits(of: ids) { try $0.withUnsafeBufferPointer(file.append) }
    }
    try file.close()
  }
}
