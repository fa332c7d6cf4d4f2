// The commands that open a tokenizer alone, by a path that may be one of weights beside it.
#pragma once
#include <CLI/CLI.hpp>

#include <filesystem>

namespace roformer::cli {

/// The folder that a path of weights stands for; any other path is its own.
using FolderOf = std::filesystem::path (*)(const std::filesystem::path& path);

void add_tokenize_command(CLI::App& program, FolderOf folder_of);
void add_detokenize_command(CLI::App& program, FolderOf folder_of);

}  // namespace roformer::cli
