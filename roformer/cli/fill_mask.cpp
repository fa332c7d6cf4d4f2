// roformer fill-mask: candidates for each [MASK] of the lines of standard input.
#include "roformer/pipeline/fill_mask.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

struct FillMaskFlags {
  CommonOptions common;
  std::string model;
  pipeline::FillMaskOptions options = {};
};

ordered_json json_of(const std::string& text, const pipeline::MaskCandidates& masks) {
  constexpr int digits = 6;
  auto lists = ordered_json::array();
  for (const auto& candidates : masks) {
    auto& list = lists.emplace_back(ordered_json::array());
    for (const pipeline::Candidate& candidate : candidates)
      list.push_back({{"token", candidate.token},
                      {"id", candidate.id},
                      {"probability", rounded(candidate.probability, digits)}});
  }
  return {{"text", text}, {"masks", lists}};
}

std::string format_plain(const std::string& text, const pipeline::MaskCandidates& masks) {
  std::string result = text;
  for (std::size_t mask = 0; mask < masks.size(); ++mask) {
    result += fmt::format("\n  mask {}:", mask + 1);
    for (const pipeline::Candidate& candidate : masks[mask]) {
      result += fmt::format(" {} ({:.1f} %)", candidate.token, 100 * candidate.probability);
    }
  }
  return result;
}

void fill_masks(FillMaskFlags& flags) {
  apply(flags.common, flags.options);
  const auto fill = pipeline::open_fill_mask(flags.model, flags.options);
  std::int64_t without = 0, first = 0;
  answer_input({"fill-mask", flags.common.json}, fill,
               [&](const InputLine& line, const pipeline::MaskCandidates& masks) {
                 if (masks.empty() && without++ == 0) first = line.number;
                 return flags.common.json ? json_answer(json_of(line.text, masks), line.number)
                                          : format_plain(line.text, masks);
               });
  if (without > 0)
    spdlog::warn("{} (the first: line {}): nothing to fill in, each came back as it was",
                 without == 1 ? "1 line has no " + fill.mask_token()
                              : fmt::format("{} lines have no {}", without, fill.mask_token()),
                 first);
}

}  // namespace

void add_fill_mask_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "fill-mask", "Candidates for each [MASK] of the lines of standard input");
  const auto flags = std::make_shared<FillMaskFlags>();
  add_model_option(*command, flags->model);
  add_number(*command, "--top", flags->options.top, "candidates for each mask", 1, 1000000);
  add_length_options(*command, flags->options.length);
  add_json_option(*command, flags->common);
  add_answer_options(*command, flags->common);
  add_examples(*command,
               "echo 'Paris is the [MASK] of France.' | roformer fill-mask --model DIR --top 3\n"
               "roformer fill-mask --model DIR --json < lines.txt");
  command->callback([flags] { fill_masks(*flags); });
}

}  // namespace roformer::cli
