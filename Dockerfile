FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The packages are restored from the project files alone, so that this layer outlives changes of the code.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/JobScheduler.Domain/JobScheduler.Domain.csproj src/JobScheduler.Domain/
COPY src/JobScheduler.EventStore/JobScheduler.EventStore.csproj src/JobScheduler.EventStore/
COPY src/JobScheduler.Projections/JobScheduler.Projections.csproj src/JobScheduler.Projections/
COPY src/JobScheduler.Host/JobScheduler.Host.csproj src/JobScheduler.Host/
RUN dotnet restore src/JobScheduler.Host

COPY src/ src/
RUN dotnet publish src/JobScheduler.Host --configuration Release --no-restore --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./

# The base image's own port (8080) would make ASP.NET Core warn about the two.
ENV ASPNETCORE_HTTP_PORTS= \
    ASPNETCORE_URLS=http://+:3000
EXPOSE 3000
USER $APP_UID

# The image has no curl: the host asks itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["dotnet", "JobScheduler.Host.dll", "health", "http://127.0.0.1:3000/health/ready"]
ENTRYPOINT ["dotnet", "JobScheduler.Host.dll"]
