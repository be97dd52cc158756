import ArgumentParser
import Foundation
import JSON
import NativeEngine
import Tokenization
import WorkerProtocol

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continue a prompt.",
    discussion: """
      Example: resident engine generate --model qwen3-4b --chat --prompt "What is a monad?"

      On a terminal and in the log of a GitHub workflow, what these obey (control characters, workflow commands) is shown as \
      spaces. Into a pipe or a file the text goes as the model wrote it.
      """)

  @OptionGroup var options: ModelOptions

  @Option(help: "The prompt's text.")
  var prompt: String

  @Option(help: "The most tokens to generate.")
  var maxTokens = 128

  @Flag(help: "Render the prompt by the model's chat template, as a user message.")
  var chat = false

  @Option(help: "The sampling temperature; 0 takes the likeliest token each time.")
  var temperature = 0.0

  @Option(help: "Sample from the smallest set of tokens with at least this probability.")
  var topP = 1.0

  @Option(help: "The seed of the sampler.")
  var seed: UInt64 = 0

  @Flag(help: "Continue after an end-of-sequence token, up to --max-tokens.")
  var ignoreEnd = false

  @Flag(help: "Print one JSON object with tokens, text and times.")
  var json = false

  func validate() throws {
    guard maxTokens > 0 else { throw ValidationError("--max-tokens must be positive.") }
    guard temperature >= 0, temperature.isFinite else { throw ValidationError("--temperature must not be negative.") }
    guard topP > 0, topP <= 1 else { throw ValidationError("--top-p must be above 0 and at most 1.") }
  }

  func run() throws {
    let model = try options.load()
    let tokens =
      chat ? try model.prompt(for: [ChatTurn(role: "user", content: prompt)]) : model.tokenizer.encode(prompt)
    var stream = TokenStream(model.tokenizer, skipSpecialTokens: true)
    let generation = try model.generate(
      prompt: tokens, maximumTokens: maxTokens, sampling: .init(temperature: temperature, topP: topP, seed: seed),
      stopsAtEnd: !ignoreEnd
    ) { token in
      if !json { Terminal.write(exactly: stream.append(token)) }
    }
    guard json else { return Terminal.write(exactly: stream.finish() + "\n") }
    let output: JSONValue = [
      "prompt_tokens": .array(tokens.map { .integer(Int($0)) }),
      "tokens": .array(generation.tokens.map { .integer(Int($0)) }),
      "text": .string(model.tokenizer.decode(generation.tokens, skipSpecialTokens: true)),
      "finish": .string(generation.finish.rawValue),
      "token_ns": .array(generation.tokenNanoseconds.map { .integer(Int($0)) }),
    ]
    Terminal.write(result: output)
  }
}
