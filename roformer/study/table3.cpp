// Table 3: how RoFormer differs from the other Chinese models of section 4.5.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/model/config.h"
#include "roformer/report/page.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/result_file.h"
#include "roformer/study/studies.h"

namespace roformer::study {
namespace {

constexpr const char* kTable3Says =
    "The paper (section 4.5.1 and Table 3): BERT, WoBERT, NEZHA and RoFormer differ in what a "
    "token is and in how positions are told.";

struct ChineseModel {
  const char* name;
  const char* preset;
  const char* level;      // of the paper's table
  const char* positions;  // likewise
  const char* tokenizer;  // the tokenizer_class that cuts so
};

constexpr ChineseModel kChineseModels[] = {
    {"BERT", "bert-chinese", "char", "abs.", "BertTokenizer"},
    {"WoBERT", "wobert", "word", "abs.", "WoBertTokenizer"},
    {"NEZHA", "nezha", "char", "rel.", "BertTokenizer"},
    {"RoFormer", "roformer-chinese", "word", "RoPE", "RoFormerTokenizer"}};

report::Table table3() {
  report::Table table;
  table.columns = {"model",
                   "tokenization level",
                   "position embedding",
                   "preset",
                   "tokenizer_class",
                   "position_encoding",
                   "words",
                   "layers",
                   "hidden",
                   "heads",
                   "positions"};
  table.align.assign(6, report::Align::left);
  for (const ChineseModel& model : kChineseModels) {
    const model::EncoderConfig config = model::preset(model.preset);
    const bool has_table = config.encoding.name == "learned";
    table.rows.push_back({model.name, model.level, model.positions, model.preset, model.tokenizer,
                          config.encoding.name, fmt::format("{}", config.vocab_size),
                          fmt::format("{}", config.num_hidden_layers),
                          fmt::format("{}", config.hidden_size),
                          fmt::format("{}", config.num_attention_heads),
                          has_table ? fmt::format("{}", config.max_position_embeddings) : "any"});
  }
  return table;
}

constexpr const char* kTable3Verdict =
    "RoFormer alone cuts words and tells positions by rotation; WoBERT differs from it in the "
    "positions alone, so that it is the model to compare with (section 4.5.3).";

}  // namespace

int reproduce_table3(const StudyOptions& options) {
  const report::Table table = table3();
  base::make_folder(options.out, "--out");
  fmt::print("{}\n\n", kTable3Says);
  report::print_table(table);
  fmt::print("\n{}\n", kTable3Verdict);
  const StudyResult result = {.study = "table3",
                              .title = "Table 3",
                              .claim = kTable3Says,
                              .verdicts = {kTable3Verdict},
                              .tables = {table},
                              .command = reproduce_command("table3", options)};
  report::Page page("Table 3: Chinese models");
  page.paragraph(kTable3Says).table(table).paragraph(kTable3Verdict);
  add_sources(page, {result.command, {}});
  report::write_html(options.out / "report.html", page);
  write_result_file(result, options);
  fmt::print("\nReport: {}\n", (options.out / "report.html").string());
  return 0;
}

}  // namespace roformer::study
