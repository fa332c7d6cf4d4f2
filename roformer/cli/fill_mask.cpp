// roformer fill-mask: candidates for each [MASK] of the lines of standard input.
#include "roformer/pipeline/fill_mask.h"

#include <fmt/ranges.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "roformer/cli/command.h"
#include "roformer/cli/line_chunks.h"

namespace roformer::cli {
namespace {

struct FillMaskFlags {
  CommonOptions common;
  std::string model;
  pipeline::FillMaskOptions options = {};
};

std::string format_json(const std::string& text, const pipeline::MaskCandidates& masks) {
  std::vector<std::string> lists;
  for (const auto& candidates : masks) {
    std::vector<std::string> items;
    for (const pipeline::Candidate& candidate : candidates) {
      items.push_back(fmt::format(R"({{"token": {}, "id": {}, "probability": {:.6g}}})",
                                  json_string(candidate.token), candidate.id,
                                  candidate.probability));
    }
    lists.push_back(fmt::format("[{}]", fmt::join(items, ", ")));
  }
  return fmt::format(R"({{"text": {}, "masks": [{}]}})", json_string(text), fmt::join(lists, ", "));
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
  apply(flags.common);
  flags.options.device = torch::Device(flags.common.device);
  pipeline::FillMask fill(flags.model, flags.options);
  LineChunks input("fill-mask");
  while (input.next()) {
    const auto answers = fill({input.lines(), input.first_line()});
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::string& text = input.lines()[i];
      std::cout << (flags.common.json ? format_json(text, answers[i])
                                      : format_plain(text, answers[i]))
                << '\n';
    }
    std::cout.flush();
  }
}

}  // namespace

void add_fill_mask_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "fill-mask", "Candidates for each [MASK] of the lines of standard input");
  const auto flags = std::make_shared<FillMaskFlags>();
  command->add_option("--model", flags->model, "checkpoint folder")->required()->type_name("DIR");
  command->add_option("--top", flags->options.top, "candidates for each mask")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  add_length_options(*command, flags->options.length);
  add_json_option(*command, flags->common);
  add_device_options(*command, flags->common);
  add_examples(*command,
               "echo 'Paris is the [MASK] of France.' | roformer fill-mask --model DIR --top 3\n"
               "roformer fill-mask --model DIR --json < lines.txt");
  command->callback([flags] { fill_masks(*flags); });
}

}  // namespace roformer::cli
