import ArgumentParser
import Envelopes
import Foundation
import JSON
import Measurements
import Runner
import Statistics
import Store

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Measure one model through an envelope. Nothing is decided by it.")

  @Argument(help: "The model id, as its folder is named in the model library.")
  var model: String

  @OptionGroup var options: MeasuringOptions

  func run() async throws {
    let envelope = try Envelope(contentsOf: URL(fileURLWithPath: options.envelope))
    let plan = try options.plan(
      [try options.contender(.candidate, ModelID(rawValue: model))], role: nil, envelope: envelope)
    let store = try options.database.open(.readWrite)
    let number = try await Measuring.run(plan, store: store, resuming: options.resume, manner: options.lock.whenBusy)
    let summary = RunSummary(envelope: envelope, samples: try store.samples(of: number, side: nil))
    if options.json {
      let output: JSONValue = ["session": .integer(Int(number.rawValue)), "cells": summary.json]
      return Terminal.write(output.serialized(.pretty) + "\n")
    }
    Terminal.write("session \(number): \(model)\n\(summary.text)")
  }
}
