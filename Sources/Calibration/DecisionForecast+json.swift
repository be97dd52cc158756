import JSON
import Measurements

extension DecisionForecast {
  /// The forecast for programs. Shares and effects are fractions of 1, `round_deviation` is a natural logarithm.
  public var json: JSONValue {
    [
      "effects": effects.map { document(of: $0) } ?? .null,
      "duration": duration?.json ?? .null,
      "answers": .array(answers.map(\.json)),
    ]
  }

  private func document(of forecast: EffectForecast) -> JSONValue {
    let (source, count): (String, JSONValue) =
      switch forecast.noise.source {
      case .rounds(let rounds, _): ("rounds", .integer(rounds))
      case .slices(let requests): ("slices", .integer(requests))
      case .assumed: ("assumed", 0)
      }
    return [
      "metric": .string(forecast.objective.metric.rawValue),
      "direction": .string(forecast.objective.metric.direction.rawValue),
      "cells": JSONValue(forecast.objective.cells.map(\.cell.rawValue)),
      "challenge": 1, "simulations": .integer(forecast.simulations),
      "round_deviation": .number(forecast.noise.deviation), "noise_source": .string(source), "noise_samples": count,
      "outlooks": .array(forecast.outlooks.map { document(of: $0) }),
      "equals": document(of: forecast.equals),
      "smallest_effect": JSONValue(forecast.smallestEffect),
      "smallest_effect_won_share": .number(EffectForecast.detection),
    ]
  }

  private func document(of outlook: ObjectiveForecast.Outlook) -> JSONValue {
    [
      "effect": .number(outlook.effect), "won_share": .number(outlook.wonShare),
      "median_rounds": .integer(outlook.medianRounds),
      "median_minutes": JSONValue(minutes(rounds: outlook.medianRounds)),
    ]
  }
}

extension ComparisonDuration {
  fileprivate var json: JSONValue {
    [
      "source": .string(source.rawValue), "resident": .string(resident.rawValue),
      "candidate": .string(candidate.rawValue), "round_seconds": JSONValue(roundSeconds),
      "answers_and_texts_seconds": JSONValue(otherSeconds),
    ]
  }
}

extension AnswerForecast {
  fileprivate var json: JSONValue {
    [
      "task": .string(task.rawValue), "items": .integer(items), "margin": JSONValue(margin),
      "excluded_loss_same_answers": .number(lossOfSameAnswers),
      "excluded_loss_other_answers": .number(lossOfOtherAnswers),
      "other_answers_share": .number(Self.discordantShare), "pass_share": JSONValue(passShare),
      "is_enough": isEnough.map { .bool($0) } ?? .null,
    ]
  }
}
