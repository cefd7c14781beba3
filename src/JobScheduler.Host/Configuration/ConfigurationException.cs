namespace JobScheduler.Host.Configuration;

/// <summary>The configuration is wrong; the message names the key and says what would be right.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
