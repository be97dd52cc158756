import ArgumentParser
import Foundation
import JSON
import NativeEngine

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Make vectors of texts, and show how near they are to each other.",
    discussion: """
      Pooling, normalization, prompts and the length that is read are those that the model's own files state \
      (modules.json and what it names).

      Example: resident engine embed all-minilm-l6-v2 "book a flight" "reserve a plane ticket" "bake bread"
      """)

  @Argument(help: "The model's id in the library, or its folder.", completion: Completions.models)
  var model: String

  @OptionGroup var library: LibraryOption

  @Argument(help: "The texts.")
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "The name of the prompt that goes before each text. Default: the model's, if it has one; \"\" for none.",
      valueName: "name"))
  var prompt: String?

  @Option(help: "Keep only so many numbers of each vector, as models that were trained for it allow.")
  var dimensions: Int?

  @Option(help: "Threads that compute. Default: one per physical core.")
  var threads: Int?

  @Flag(help: "Read JSON strings from standard input, one per line.")
  var lines = false

  @Flag(help: "Print one JSON object with the vectors.")
  var json = false

  func validate() throws {
    guard texts.isEmpty == lines else { throw ValidationError("Give texts, or --lines and texts on standard input.") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func run() throws {
    let model = try EmbeddingModel(
      contentsOf: library.model(named: model).folder,
      options: Session.Options(
        threads: threads,
        instructionSet: ProcessInfo.processInfo.environment[InstructionSet.environmentVariable]))
    for warning in model.folder.warnings { Terminal.writeError("warning: \(warning)\n") }
    let texts = try lines ? readTexts() : texts
    let made = try model.embed(texts, prompt: prompt, dimensions: dimensions)
    json ? Terminal.write(result: output(made, model)) : Terminal.write(table(texts, made, model))
  }

  private func readTexts() throws -> [String] {
    var texts: [String] = []
    while let line = readLine() {
      guard let text = try JSONValue(parsing: line).string else {
        throw ValidationError("A line is not a JSON string: \(line.prefix(60))")
      }
      texts.append(text)
    }
    return texts
  }

  private func output(_ made: [EmbeddingModel.Embedding], _ model: EmbeddingModel) -> JSONValue {
    [
      "recipe": .object(model.recipe.json(maximumTokens: model.maximumTokens)),
      "vectors": .array(made.map { .array($0.vector.map { .number(Double($0)) }) }),
      "tokens": .array(made.map { .integer($0.tokens) }), "cut_tokens": .array(made.map { .integer($0.cutTokens) }),
    ]
  }

  private func table(_ texts: [String], _ made: [EmbeddingModel.Embedding], _ model: EmbeddingModel) -> String {
    let recipe = model.recipe
    var lines = [
      "\(recipe.dimension) dimensions, \(recipe.pooling.rawValue) pooling, "
        + (recipe.isNormalized ? "normalized" : "not normalized")
        + ", \(model.maximumTokens) tokens at most; compared by \(recipe.similarity.rawValue)"
    ]
    for (index, text) in texts.enumerated() {
      let cut = made[index].cutTokens > 0 ? ", \(made[index].cutTokens) more were cut" : ""
      lines.append("\(index + 1)  \(text)  (\(made[index].tokens) tokens\(cut))")
    }
    if made.count > 1 {
      lines.append("")
      for (index, one) in made.enumerated() {
        let row = made.map { String(format: "%7.4f", one.vector.cosine(to: $0.vector)) }
        lines.append("\(index + 1)" + row.joined(separator: " "))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension [Float] {
  /// The cosine of the angle between two vectors; 0 if one has no length.
  fileprivate func cosine(to other: [Float]) -> Double {
    func product(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let lengths = (product(self, self) * product(other, other)).squareRoot()
    return lengths > 0 ? product(self, other) / lengths : 0
  }
}
