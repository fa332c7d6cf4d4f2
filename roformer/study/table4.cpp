// Table 4: pre-training by stages of other lengths and batches; loss and accuracy at each one's end.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "roformer/metric/seed_interval.h"
#include "roformer/report/page.h"
#include "roformer/study/arms.h"
#include "roformer/study/drawings.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/result_file.h"
#include "roformer/study/stage_ends.h"
#include "roformer/study/studies.h"
#include "roformer/task/label_figures.h"

namespace roformer::study {

namespace {

constexpr const char* kTable4Claim =
    "The paper (section 4.5.2 and Table 4): pre-trained by six stages of lengths from 128 to 1,536 "
    "tokens, \"the accuracy of RoFormer elevates as the upper bound of sequence length "
    "increases\".";

constexpr const char* kTable4Remark =
    "The paper states neither rate, schedule nor shares of masking, nor whether its figures are of "
    "text that was learned from: the recipe's are Zhuiyi's or ours and say so. Ours are of both, "
    "and of held-out text at the stage's own length and at one length for all.";

struct PaperStage {
  std::int64_t length, batch, steps;
  double loss, accuracy;
};

constexpr PaperStage kPaperStages[] = {
    {512, 256, 200'000, 1.73, 65.0}, {1536, 256, 12'500, 1.61, 66.8},
    {256, 256, 120'000, 1.75, 64.6}, {128, 512, 80'000, 1.83, 63.4},
    {1536, 256, 10'000, 1.58, 67.4}, {512, 512, 30'000, 1.66, 66.2}};

constexpr std::int64_t kLengths[] = {128, 256, 512, 1024, 1536};

const std::vector<Arm>& arm() {
  static const std::vector<Arm> arms = {{"roformer", "RoFormer", "paper/table4"}};
  return arms;
}

// The ends of the stages, and the final model by length, of each seed.
struct Table4Result {
  std::vector<std::vector<StageEnd>> ends;             // by seed, by stage
  std::vector<std::vector<train::Metrics>> by_length;  // by seed, by kLengths
};

// "1.234 ± 0.010" of one value a seed.
template <typename ValueOf>
std::string cell(std::size_t seeds, int digits, const ValueOf& value_of) {
  std::vector<double> values;
  for (std::size_t seed = 0; seed < seeds; ++seed) values.push_back(value_of(seed));
  return metric::format_mean(metric::seed_mean(values), digits);
}

report::Table stage_table(const Arms& arms, const Table4Result& result) {
  const auto& stages = arms.recipe().training.stages;
  const std::int64_t fixed = arms.recipe().evaluation.length;
  const std::size_t seeds = result.ends.size();
  const auto loss = [&](std::size_t stage, auto part) {
    return cell(seeds, 2, [&](std::size_t seed) {
      return task::figure_of(result.ends[seed][stage].*part, "loss");
    });
  };
  const auto accuracy = [&](std::size_t stage, auto part) {
    return cell(seeds, 1, [&](std::size_t seed) {
      return 100 * task::figure_of(result.ends[seed][stage].*part, "accuracy");
    });
  };
  report::Table table;
  table.caption = "Masked words at the end of each stage: loss, and per cent right. " +
                  metric::interval_note(arms.options().seeds);
  table.columns = {"stage",
                   "length",
                   "batch",
                   "steps",
                   "paper loss",
                   "paper right",
                   "training",
                   "right",
                   "held out",
                   "right",
                   fmt::format("held out, {}", fixed),
                   "right"};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const bool in_paper =
        stages.size() == std::size(kPaperStages) && stages[i].length == kPaperStages[i].length;
    table.rows.push_back({fmt::format("{}", i + 1), fmt::format("{}", stages[i].length),
                          fmt::format("{}", stages[i].batch_size * stages[i].accumulate),
                          fmt::format("{}", stages[i].steps),
                          in_paper ? fmt::format("{:.2f}", kPaperStages[i].loss) : "",
                          in_paper ? fmt::format("{:.1f}", kPaperStages[i].accuracy) : "",
                          loss(i, &StageEnd::training), accuracy(i, &StageEnd::training),
                          loss(i, &StageEnd::own_length), accuracy(i, &StageEnd::own_length),
                          loss(i, &StageEnd::fixed_length), accuracy(i, &StageEnd::fixed_length)});
  }
  return table;
}

report::Table length_table(const Table4Result& result) {
  report::Table table;
  table.caption = "The final model on held-out text by length";
  table.columns = {"length"};
  table.rows = {{"loss"}, {"per cent right"}};
  for (std::size_t i = 0; i < std::size(kLengths); ++i) {
    table.columns.push_back(fmt::format("{}", kLengths[i]));
    const auto by_seed = [&](const char* name, double scale, int digits) {
      return cell(result.by_length.size(), digits, [&](std::size_t seed) {
        return scale * task::figure_of(result.by_length[seed][i], name);
      });
    };
    table.rows[0].push_back(by_seed("loss", 1, 3));
    table.rows[1].push_back(by_seed("accuracy", 100, 1));
  }
  return table;
}

// Longest against shortest, over the seeds.
std::string length_verdict(const Table4Result& result) {
  std::vector<double> shortest, longest;
  for (const auto& figures : result.by_length) {
    shortest.push_back(100 * task::figure_of(figures.front(), "accuracy"));
    longest.push_back(100 * task::figure_of(figures.back(), "accuracy"));
  }
  return fmt::format(
      "The final model guesses {} % of the masked words of sequences of {} tokens and {} % of "
      "those of {}; the longer ones beside the shorter: {}.",
      metric::format_mean(metric::seed_mean(shortest), 1), kLengths[0],
      metric::format_mean(metric::seed_mean(longest), 1), kLengths[std::size(kLengths) - 1],
      metric::describe(metric::paired_difference(shortest, longest), 2));
}

report::LineChart stage_chart(const Arms& arms) {
  return arms.chart("Training loss", "training", {"loss", "loss (nats a masked word)"});
}

std::string what_ran(const Arms& arms, const task::Material& material) {
  return fmt::format("RoFormer, {}, recipe {}. {}", metric::count_seeds(arms.options().seeds),
                     arms.recipe().path.stem().string(), material.summary());
}

nlohmann::ordered_json numbers_of(const Table4Result& result) {
  nlohmann::ordered_json seeds = nlohmann::ordered_json::array();
  for (std::size_t seed = 0; seed < result.ends.size(); ++seed) {
    nlohmann::ordered_json stages = nlohmann::ordered_json::array(), lengths;
    for (const StageEnd& end : result.ends[seed]) stages.push_back(to_json(end));
    for (std::size_t i = 0; i < std::size(kLengths); ++i)
      lengths[fmt::format("{}", kLengths[i])] = to_json(result.by_length[seed][i]);
    seeds.push_back({{"stages", stages}, {"lengths", lengths}});
  }
  return seeds;
}

void show_table4(const Arms& arms, const StudyResult& result) {
  report::Page page(fmt::format("Table 4: pre-training by stages, {} scale", arms.options().scale));
  show_result(result, page);
  page.section("Learning curve").chart(stage_chart(arms));
  arms.write_report(page);
  print_places(arms);
}

}  // namespace

int reproduce_table4(const StudyOptions& options) {
  const Arms arms("table4", arm(), options);
  const auto material = task::open_material(arms.recipe());
  const StageRunner runner(arms, *material);
  Table4Result result;
  for (std::int64_t seed = 0; seed < options.seeds; ++seed) {
    auto& ends = result.ends.emplace_back();
    if (const int signal = runner.train(seed, ends); signal != 0) return signal;
    auto& by_length = result.by_length.emplace_back();
    for (const std::int64_t length : kLengths) by_length.push_back(runner.evaluate(seed, length));
  }
  const StudyResult found = {
      .study = "table4",
      .title = "Table 4",
      .claim = kTable4Claim,
      .what = what_ran(arms, *material),
      .verdicts = {length_verdict(result), kTable4Remark},
      .tables = {stage_table(arms, result), length_table(result)},
      .command = arms.sources().command,
      .training_seconds = arms.training_seconds(),
      .pictures = write_drawings(options.out, {{"training", stage_chart(arms)}}),
      .numbers = numbers_of(result)};
  show_table4(arms, found);
  write_result_file(found, options);
  return 0;
}

}  // namespace roformer::study
