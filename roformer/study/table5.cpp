// Table 5: similar case matching, encoders that read 512 or 1,024 tokens of a pair.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/metric/clustered_mean.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/report/page.h"
#include "roformer/study/arms.h"
#include "roformer/study/case_baselines.h"
#include "roformer/study/case_matching.h"
#include "roformer/study/drawings.h"
#include "roformer/study/pretrained.h"
#include "roformer/study/result_file.h"
#include "roformer/study/studies.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTable5Claim =
    "The paper (section 4.5.4 and Table 5): on CAIL2019-SCM, with texts cut at 512 tokens, "
    "RoFormer "
    "is \"comparable to WoBERT and slightly better than the BERT baseline\"; with 1,024 it "
    "\"outperforms WoBERT by an absolute improvement of 1.5 %\".";

// Encoders, pre-trained by the same stages of the same text.
const std::vector<Arm>& word_encoders() {
  static const std::vector<Arm> arms = {
      {"roformer", "RoFormer", "paper/table4"},
      {"wobert",
       "WoBERT",
       "paper/table4",
       {"model.preset=wobert", "model.max_position_embeddings=1536"}}};
  return arms;
}

// BERT reads characters.
const std::vector<Arm>& character_encoders() {
  static const std::vector<Arm> arms = {
      {"bert",
       "BERT",
       "paper/table4",
       {"model.preset=bert-chinese", "model.max_position_embeddings=1536",
        "data.vocabulary=../../../shared/data/zh/vocab/bert_base_chinese"}}};
  return arms;
}

// The paper's rows, in per cent; it has no WoBERT-1024, which tells length and encoding apart.
struct PaperReader {
  const char* encoder;
  const char* name;
  std::int64_t max_length;
  double validation, test;  // 0: none
};
constexpr PaperReader kReaders[] = {{"bert", "BERT-512", 512, 64.13, 67.77},
                                    {"wobert", "WoBERT-512", 512, 64.07, 68.10},
                                    {"wobert", "WoBERT-1024", 1024, 0, 0},
                                    {"roformer", "RoFormer-512", 512, 64.13, 68.29},
                                    {"roformer", "RoFormer-1024", 1024, 66.07, 69.79}};
constexpr std::int64_t kCutOffs[] = {128, 256, 512, 768, 1024};

// Keys that the study sets.
const std::vector<std::string> kCaseKeys = {"data.fold",        "data.max_length",
                                            "model.checkpoint", "optimizer.learning_rate",
                                            "run.seed",         "data.split_seed"};

struct ReaderResult {
  CaseReader reader;
  const PaperReader* paper = nullptr;
  CaseAnswers answers;
  std::vector<double> before;                  // by triplet, the encoder before fine-tuning
  std::vector<std::vector<double>> by_length;  // of kCutOffs, by triplet
};

struct Table5Result {
  std::vector<ReaderResult> readers;
  std::vector<double> bigrams;
};

constexpr double kInPercent = 100;

std::string percent(double share) {
  return fmt::format("{:.1f}", kInPercent * share);
}

// "65.2 ± 2.9": mean and half of the 95 % interval by the first texts.
std::string clustered_cell(const std::vector<double>& values, const CaseMatching& cases) {
  const auto mean = metric::clustered_mean(values, cases.first_texts());
  const auto interval = mean.interval();
  if (!interval) return percent(mean.mean);
  return fmt::format("{} ± {}", percent(mean.mean), percent(interval->upper - mean.mean));
}

std::string seed_cell(const CaseAnswers& answers) {
  std::vector<double> means = answers.by_seed();
  for (double& mean : means) mean *= kInPercent;
  return metric::format_mean(metric::seed_mean(means), 1);
}

std::string rates_in_words(const CaseAnswers& answers) {
  std::string words;
  for (const double rate : answers.rates) words += (words.empty() ? "" : " ") + format_rate(rate);
  return words;
}

report::Table readers_table(const Table5Result& result, const CaseMatching& cases) {
  report::Table table;
  table.caption = fmt::format(
      "Per cent of {} triplets in order, each judged by a model that has not learned from its "
      "first text; ± half of the 95 % interval, by the {} first texts. Before fine-tuning: by the "
      "cosine of the encoder's mean hidden states, each text read alone and whole, whatever the "
      "length at which the model's pairs are cut; TF-IDF reads whole texts too",
      cases.triplets().size(),
      metric::clustered_mean(result.bigrams, cases.first_texts()).clusters);
  table.columns = {"model",        "paper, validation", "paper, test",
                   "right",        "by seed",           "before fine-tuning, texts whole",
                   "pairs cut, %", "rates by rotation"};
  for (const ReaderResult& row : result.readers) {
    const auto paper = [](double value) {
      return value > 0 ? fmt::format("{:.2f}", value) : std::string();
    };
    table.rows.push_back({row.reader.name, paper(row.paper->validation), paper(row.paper->test),
                          clustered_cell(row.answers.by_triplet(), cases), seed_cell(row.answers),
                          clustered_cell(row.before, cases), percent(row.answers.cut_share),
                          rates_in_words(row.answers)});
  }
  table.rows.push_back(
      {"pairs of characters, TF-IDF", "", "", clustered_cell(result.bigrams, cases)});
  table.rows.push_back({"chance", "", "", "50.0"});
  return table;
}

report::Table cut_off_table(const Table5Result& result, const CaseMatching& cases) {
  report::Table table;
  table.caption = "The first seed's models, their test pairs cut at other lengths: per cent right";
  table.columns = {"model"};
  for (const std::int64_t length : kCutOffs) table.columns.push_back(fmt::format("{}", length));
  for (const ReaderResult& row : result.readers) {
    table.rows.push_back({row.reader.name});
    for (const auto& right : row.by_length)
      table.rows.back().push_back(clustered_cell(right, cases));
  }
  return table;
}

report::LineChart cut_off_chart(const Table5Result& result) {
  report::LineChart chart;
  chart.title = "Triplets in order by the length at which pairs are cut";
  chart.x_title = "tokens of a pair";
  chart.y_title = "per cent right";
  for (const ReaderResult& row : result.readers) {
    report::Series series{.name = row.reader.name, .x = {}, .y = {}};
    for (std::size_t i = 0; i < std::size(kCutOffs); ++i) {
      series.x.push_back(static_cast<double>(kCutOffs[i]));
      series.y.push_back(kInPercent * metric::mean_of(row.by_length[i]));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

const ReaderResult& reader_named(const Table5Result& result, std::string_view name) {
  for (const ReaderResult& row : result.readers)
    if (row.reader.name == name) return row;
  base::fail("[study] expected {} among the readers", name);
}

// How the second of two compares with the first, triplet by triplet.
std::string difference_in_words(const CaseMatching& cases, const std::string& first_name,
                                const std::vector<double>& first, const std::string& second_name,
                                const std::vector<double>& second) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i)
    differences.push_back(kInPercent * (second[i] - first[i]));
  const auto mean = metric::clustered_mean(differences, cases.first_texts());
  if (mean.p_value < metric::kSignificance)
    return fmt::format("{} is {} points than {} ({}, by first texts).", second_name,
                       metric::describe_distance(mean.mean, mean.interval(), 1), first_name,
                       metric::format_p(mean.p_value));
  return fmt::format("{} and {} are not told apart: {} points {}, {}.", second_name, first_name,
                     metric::format_signed(mean.mean, 1),
                     metric::format_interval(*mean.interval(), 1), metric::format_p(mean.p_value));
}

std::vector<std::string> table5_verdicts(const Table5Result& result, const CaseMatching& cases) {
  const auto compare = [&](const char* first, const char* second) {
    return difference_in_words(cases, first, reader_named(result, first).answers.by_triplet(),
                               second, reader_named(result, second).answers.by_triplet());
  };
  std::vector<std::string> verdicts = {
      compare("RoFormer-512", "RoFormer-1024"), compare("WoBERT-512", "RoFormer-512"),
      compare("WoBERT-1024", "RoFormer-1024"), compare("WoBERT-512", "WoBERT-1024"),
      compare("BERT-512", "RoFormer-512")};
  verdicts.push_back(
      difference_in_words(cases, "TF-IDF", result.bigrams, "RoFormer-1024",
                          reader_named(result, "RoFormer-1024").answers.by_triplet()));
  verdicts.push_back(fmt::format(
      "No split of these triplets is free of leaks: summed over the {0} rotations (a text counts "
      "once in each whose test part has it), {1} of {2} texts of the test parts stand in what was "
      "learned from too, and {3} in that or in the validation part, by which rate and step were "
      "chosen, though no triplet's first text began one of those. "
      "The paper's figures are of 8,964 triplets, of which 500 are public.",
      cases.rotations(), cases.learned().shared, cases.learned().distinct, cases.seen().shared));
  return verdicts;
}

nlohmann::ordered_json numbers_of(const Table5Result& result, const CaseMatching& cases) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ReaderResult& row : result.readers) {
    nlohmann::ordered_json lengths;
    for (std::size_t i = 0; i < std::size(kCutOffs); ++i)
      lengths[fmt::format("{}", kCutOffs[i])] = metric::mean_of(row.by_length[i]);
    rows.push_back({{"model", row.reader.name},
                    {"right_by_seed", row.answers.by_seed()},
                    {"right_by_triplet", row.answers.by_triplet()},
                    {"before", metric::mean_of(row.before)},
                    {"cut_share", row.answers.cut_share},
                    {"rates", row.answers.rates},
                    {"by_length", lengths}});
  }
  return {{"models", rows},
          {"bigrams", metric::mean_of(result.bigrams)},
          {"test_texts", cases.learned().distinct},
          {"test_texts_learned_from", cases.learned().shared},
          {"test_texts_learned_from_or_chosen_by", cases.seen().shared}};
}

// The encoders of both kinds of tokens.
struct Encoders {
  Arms words, characters;

  const Arms& of(const std::string& key) const {
    return words.find(key) != nullptr ? words : characters;
  }
  fs::path folder(const std::string& key) const {
    const Arms& arms = of(key);
    return arms.runs(*arms.find(key)).front();
  }
  int train() {
    for (Arms* arms : {&words, &characters}) {
      const auto text = task::open_material(arms->recipe());
      if (const int signal = arms->train(*text); signal != 0) return signal;
    }
    return 0;
  }
};

// The first seed's answers at each cut-off; those at the reader's own are known.
std::vector<std::vector<double>> answers_by_length(const CaseMatching& cases,
                                                   const ReaderResult& row) {
  std::vector<std::vector<double>> by_length;
  for (const std::int64_t length : kCutOffs)
    by_length.push_back(length == row.reader.max_length
                            ? row.answers.right.front()
                            : cases.right_at(row.reader, row.answers, length));
  return by_length;
}

int train_readers(const Encoders& encoders, CaseMatching& cases, Table5Result& result) {
  cases.expect_readers(std::ssize(kReaders));
  std::map<std::string, std::vector<double>> before;  // by encoder, which several readers share
  for (const PaperReader& paper : kReaders) {
    ReaderResult row{.reader = {paper.name, encoders.folder(paper.encoder), paper.max_length},
                     .paper = &paper,
                     .answers = {},
                     .before = {},
                     .by_length = {}};
    if (const int signal = cases.train(row.reader, row.answers); signal != 0) return signal;
    auto& own = before[paper.encoder];
    if (own.empty())
      own = right_by_encoder(cases.triplets(), row.reader.checkpoint, cases.device());
    row.before = own;
    row.by_length = answers_by_length(cases, row);
    result.readers.push_back(std::move(row));
  }
  return 0;
}

double seconds_of(const Encoders& encoders, const Table5Result& result) {
  double seconds = encoders.words.training_seconds() + encoders.characters.training_seconds();
  for (const ReaderResult& row : result.readers) seconds += row.answers.training_seconds;
  return seconds;
}

std::string what_ran(const Encoders& encoders, const CaseMatching& cases,
                     const StudyOptions& options) {
  return fmt::format(
      "Pre-training of RoFormer, WoBERT and BERT by the stages of {}, then fine-tuning in {} "
      "rotations by first text, {} a rotation, the rate chosen of two on its validation part.",
      encoders.words.recipe().path.stem().string(), cases.rotations(),
      metric::count_seeds(options.seeds));
}

void show_table5(const Encoders& encoders, const Table5Result& found, const StudyResult& result,
                 const StudyOptions& options) {
  report::Page page(fmt::format("Table 5: similar case matching, {} scale", options.scale));
  show_result(result, page);
  page.section("By cut-off").chart(cut_off_chart(found));
  page.section("Pre-training")
      .chart(encoders.words.chart("Pre-training: training loss", "training"));
  ReportSources sources{result.command, {}};
  for (const Arms* arms : {&encoders.words, &encoders.characters}) {
    for (NamedRun run : arms->sources().runs) {
      run.folder = fs::path("pretraining") / run.folder;
      sources.runs.push_back(std::move(run));
    }
  }
  add_sources(page, sources);
  report::write_html(options.out / "report.html", page);
  fmt::print("\nReport: {}\nModels: {}/MODEL/rotationK-rateR-seedS\n",
             (options.out / "report.html").string(), options.out.string());
}

}  // namespace

int reproduce_table5(const StudyOptions& given) {
  const StudyOptions options = fine_tuning_options(given, kCaseKeys);
  CaseMatching cases(options);  // first: what would stop it is said before the pre-training
  Encoders encoders{{"table5", word_encoders(), pretraining_options(given)},
                    {"table5", character_encoders(), pretraining_options(given)}};
  if (const int signal = encoders.train(); signal != 0) return signal;
  Table5Result found;
  found.bigrams = right_by_bigrams(cases.triplets());
  if (const int signal = train_readers(encoders, cases, found); signal != 0) return signal;
  const StudyResult result = {
      .study = "table5",
      .title = "Table 5",
      .claim = kTable5Claim,
      .what = what_ran(encoders, cases, options),
      .verdicts = table5_verdicts(found, cases),
      .tables = {readers_table(found, cases), cut_off_table(found, cases)},
      .command = reproduce_command("table5", given),
      .training_seconds = seconds_of(encoders, found),
      .pictures = write_drawings(options.out, {{"cut-off", cut_off_chart(found)}}),
      .numbers = numbers_of(found, cases)};
  show_table5(encoders, found, result, options);
  write_result_file(result, options);
  return 0;
}

}  // namespace roformer::study
